/**
 * The {@code netdissect} command: options, progress, messages, exit codes. The work itself is done
 * by the other modules.
 */
@NullMarked
package org.netdissect.app;

import org.jspecify.annotations.NullMarked;
