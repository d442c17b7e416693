/**
 * Studies: many networks, trained or given, dissected and compared from one file, and what the
 * comparison says by rules that are stated before.
 */
@NullMarked
package org.netdissect.lab.study;

import org.jspecify.annotations.NullMarked;
