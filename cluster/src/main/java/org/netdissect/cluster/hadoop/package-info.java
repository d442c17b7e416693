/**
 * Files of Hadoop's file systems ({@code hdfs:}, {@code s3a:} and others) as Java's own, so that
 * whoever reads and writes paths need not know where they lead. What such a file system cannot do
 * for a part of a file is done on a disk of this machine: a file that is mapped is copied there.
 */
@NullMarked
package org.netdissect.cluster.hadoop;

import org.jspecify.annotations.NullMarked;
