/** Work on several threads. */
package org.netdissect.base.threads;
