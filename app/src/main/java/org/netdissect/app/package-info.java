/**
 * The {@code netdissect} command: options, progress, messages, exit codes. The work itself is done
 * by the other modules.
 */
package org.netdissect.app;
