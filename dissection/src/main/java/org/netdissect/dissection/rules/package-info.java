/**
 * The rules of scoring: which images, which threshold, where a unit's mask lies (conventions exact,
 * paper, lite).
 */
package org.netdissect.dissection.rules;
