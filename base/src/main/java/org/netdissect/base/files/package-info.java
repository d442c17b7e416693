/**
 * Files of ours: sections with checksums, seals, locks, and the one way to write a file whole or
 * not at all.
 */
package org.netdissect.base.files;
