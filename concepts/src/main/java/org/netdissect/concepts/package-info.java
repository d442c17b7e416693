/**
 * What a person can name in an image: categories and concepts ({@link
 * org.netdissect.concepts.Vocabulary}), data sets labelled with them ({@link
 * org.netdissect.concepts.ConceptDataset} and a reader for each format), photographs, and the
 * {@link org.netdissect.concepts.Atlas}, which holds every image as regions.
 *
 * <p>The way of the data: a reader gives an {@link org.netdissect.concepts.AnnotatedImage} for each
 * {@link org.netdissect.concepts.ImageRow}; its label maps become regions; all regions go into one
 * mapped file, described in docs/formats.md. Whatever comes after reads the atlas only, never
 * masks.
 *
 * <p>Nothing here knows of networks.
 */
package org.netdissect.concepts;
