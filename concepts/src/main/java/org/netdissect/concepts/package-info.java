/**
 * What a person can name in an image: categories and concepts ({@link
 * org.netdissect.concepts.Vocabulary}), and images labelled with them ({@link
 * org.netdissect.concepts.ConceptDataset}), whatever format they are kept in.
 *
 * <p>A data set gives an {@link org.netdissect.concepts.AnnotatedImage} for each {@link
 * org.netdissect.concepts.ImageRow}; its label maps become regions of the {@link
 * org.netdissect.concepts.atlas.Atlas}. Whatever comes after reads the atlas only, never masks.
 *
 * <p>Nothing here knows of formats or of networks.
 */
@NullMarked
package org.netdissect.concepts;

import org.jspecify.annotations.NullMarked;
