package org.netdissect.lab.study;

import org.jspecify.annotations.Nullable;
import org.netdissect.results.Dissection;

/**
 * A network of a study with what came of it.
 *
 * @param origin the subject's; one for all trainings that share a file's bytes
 * @param accuracy what its training measured last; null where nothing did
 * @param probed accuracy of a classifier on its layer; null where there was none
 */
record Outcome(
    Subject subject,
    Subject.Origin origin,
    Dissection dissection,
    @Nullable Double accuracy,
    @Nullable Double probed) {}
