/**
 * What a unit detects, as a logical formula of concepts: the best formulas by IoU, with proof
 * (after Mu and Andreas, "Compositional Explanations of Neurons", NeurIPS 2020).
 */
@NullMarked
package org.netdissect.analysis.formulas;

import org.jspecify.annotations.NullMarked;
