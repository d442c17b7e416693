/**
 * What a person can name in an image: categories, concepts, data sets labelled with them, and the
 * {@code Atlas} that holds every image as regions. Nothing here knows of networks.
 */
package org.netdissect.concepts;
