//! Which addresses an account's own endpoint may have. On a server of many tenants none of them may make it call the
//! machines behind it, so every address is looked at when the connection is made: a name that resolved well when it
//! was saved may resolve to something else later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// An address within the operator's network, or of no network at all.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to an address that is not public")]
pub struct NotPublic;

/// Resolves by the system and refuses a name of which any address is not public.
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether the URL's host, where it is an address and no name, is public. Names are looked up when connecting.
pub fn may_be_public(url: &Url) -> bool {
    match url.host_str() {
        None => false,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().map_or_else(
            |_| {
                let name = host.trim_end_matches('.');
                name.contains('.') && ![".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
            },
            is_public,
        ),
    }
}

/// Reachable from anywhere, after the registries of special-purpose addresses (RFC 6890 and its successors).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Carriers' shared space, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address in another coat: mapped, translated (NAT64) or 6to4.
    let inner = match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    };
    if let Some(inner) = inner {
        return is_public_v4(inner);
    }
    // Only 2000::/3 is given out; of it, Teredo and other protocol space (2001::/23) and documentation are not.
    segments[0] & 0xe000 == 0x2000
        && !(segments[0] == 0x2001 && segments[1] < 0x200)
        && !(segments[0] == 0x2001 && segments[1] == 0xdb8)
        && segments[0] & 0xfff0 != 0x3ff0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for good in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(good.parse().unwrap()), "{good}");
        }
        for bad in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn hosts_are_judged_as_the_url_means_them() {
        let judge = |url: &str| may_be_public(&Url::parse(url).unwrap());
        assert!(
            judge("https://api.example.com/v1") && judge("https://1.1.1.1/v1") && judge("https://[2606:4700::1111]/")
        );
        for bad in [
            "https://localhost/v1",
            "https://LOCALHOST./v1",
            "https://db.internal/",
            "https://x.local./",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://metadata/",
        ] {
            assert!(!judge(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_does_not_resolve() {
        let refused = PublicOnly.resolve("localhost".parse().unwrap()).await.err().expect("refused");
        assert!(refused.is::<NotPublic>(), "{refused}");
    }
}
