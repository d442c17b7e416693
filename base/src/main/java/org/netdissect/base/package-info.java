/**
 * The ground floor: small tools that at least two modules need, and nothing of networks, images or
 * results. Knows no other module.
 */
package org.netdissect.base;
