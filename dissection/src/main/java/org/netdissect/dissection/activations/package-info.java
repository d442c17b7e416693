/** Where activation maps come from: networks, or files recorded elsewhere. */
package org.netdissect.dissection.activations;
