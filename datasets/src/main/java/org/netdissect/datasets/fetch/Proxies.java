package org.netdissect.datasets.fetch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Proxies as Java is told of them ({@code -Dhttps.proxyHost} and so on), else as the environment
 * tells: {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in either
 * case of letters.
 */
final class Proxies extends ProxySelector {
  private final Map<String, String> environment;

  private Proxies(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The selector to use. */
  static ProxySelector of(Map<String, String> environment) {
    boolean isJavaTold =
        System.getProperty("http.proxyHost") != null
            || System.getProperty("https.proxyHost") != null
            || System.getProperty("socksProxyHost") != null
            || Boolean.getBoolean("java.net.useSystemProxies");
    ProxySelector usual = ProxySelector.getDefault();
    return isJavaTold && usual != null ? usual : new Proxies(environment);
  }

  @Override
  public List<Proxy> select(URI address) {
    String host = address.getHost();
    String proxy = told(address.getScheme() + "_proxy");
    proxy = proxy == null ? told("all_proxy") : proxy;
    if (host == null || proxy == null || isExcepted(host.toLowerCase(Locale.ROOT))) {
      return List.of(Proxy.NO_PROXY);
    }
    URI at = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
    if (at.getHost() == null) {
      return List.of(Proxy.NO_PROXY);
    }
    int port = at.getPort() >= 0 ? at.getPort() : 80;
    return List.of(
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(at.getHost(), port)));
  }

  private @Nullable String told(String name) {
    String value = environment.get(name.toUpperCase(Locale.ROOT));
    value = value == null ? environment.get(name.toLowerCase(Locale.ROOT)) : value;
    return value == null || value.isBlank() ? null : value.strip();
  }

  private boolean isExcepted(String host) {
    String list = told("no_proxy");
    if (list == null) {
      return false;
    }
    for (String one : list.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
      String name = one.startsWith("*.") ? one.substring(1) : one;
      String bare = name.startsWith(".") ? name.substring(1) : name;
      if (name.equals("*")
          || (!bare.isEmpty() && (host.equals(bare) || host.endsWith("." + bare)))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
    // The failure is told by who asked.
  }
}
