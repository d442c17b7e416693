/**
 * Files of ours: sections with checksums, seals, locks, and the one way to write a file whole or
 * not at all.
 */
@NullMarked
package org.netdissect.base.files;

import org.jspecify.annotations.NullMarked;
