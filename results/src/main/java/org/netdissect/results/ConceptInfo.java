package org.netdissect.results;

/**
 * A concept as a result knows it.
 *
 * @param number in the data set
 * @param name may be blank where the data set has no name for the number
 * @param category its primary category among the selected ones
 * @param truth G, its pixels over all images read
 * @param images that hold it
 */
public record ConceptInfo(int number, String name, String category, long truth, int images) {}
