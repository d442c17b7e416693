/** Tables from outside (CSV), read with every row's place at hand for messages. */
package org.netdissect.base.tables;
