/**
 * Benchmarks of the classes of the module of the same package: here, since those classes are
 * package-private and are to stay so. Nothing else belongs here.
 */
package org.netdissect.dissection;
