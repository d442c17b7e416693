/**
 * The ground floor: small tools that at least two modules need, and nothing of networks, images or
 * results. Knows no other module.
 */
@NullMarked
package org.netdissect.base;

import org.jspecify.annotations.NullMarked;
