//! Where on the network somebody comes from, to slow down guessing and floods. Never more than that.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::config::Settings;

/// The address that a request comes from. What a web server in front of us says of it is believed of the servers in the
/// settings alone: anybody can write such a header.
pub fn address(request: &HttpRequest, settings: &Settings) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    if !settings.proxies.contains(&peer) {
        return Some(peer);
    }
    let headers = request.headers().get_all("x-forwarded-for");
    let lines: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev();
    let from = hops
        .map_while(|hop| hop.trim().parse::<IpAddr>().ok())
        .map(|hop| hop.to_canonical())
        .find(|hop| !settings.proxies.contains(hop));
    Some(from.unwrap_or(peer))
}

/// The network of an address, under which things are counted: 256 addresses of the old kind, or what one customer of a
/// provider has of the new one.
pub fn network(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("network:{a}.{b}.{c}")
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("network:{a:x}:{b:x}:{c:x}:{:x}", d & 0xff00)
        }
        None => "network:unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_header_about_where_one_comes_from_is_believed_of_our_own_servers_alone() {
        let settings = Settings {
            proxies: vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()],
            ..Settings::default()
        };
        // Who is connected, what the header says, and who it is.
        let cases = [
            ("192.0.2.7:1", "203.0.113.9", "192.0.2.7"),
            ("10.0.0.1:1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1:1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1:1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("10.0.0.1:1", "203.0.113.9, nonsense", "10.0.0.1"),
            ("10.0.0.1:1", "", "10.0.0.1"),
        ];
        for (peer, said, expected) in cases {
            let request = TestRequest::default()
                .peer_addr(peer.parse().unwrap())
                .insert_header(("x-forwarded-for", said))
                .to_http_request();
            assert_eq!(
                address(&request, &settings),
                Some(expected.parse().unwrap()),
                "{peer} {said}"
            );
        }
    }

    #[test]
    fn neighbours_are_counted_as_one() {
        let of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(of("192.0.2.7"), of("192.0.2.200"));
        assert_ne!(of("192.0.2.7"), of("192.0.3.7"));
        assert_eq!(of("2001:db8:1:201::1"), of("2001:db8:1:2ff::9"));
        assert_ne!(of("2001:db8:1:201::1"), of("2001:db8:1:301::1"));
    }
}
