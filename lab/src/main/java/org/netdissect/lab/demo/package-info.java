/**
 * The demonstration: a network trained on the made-up world against the same network with random
 * weights, with nothing to download.
 */
package org.netdissect.lab.demo;
