//! As much of a browser as a measurement needs.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Waits until somebody answers there.
pub(super) fn wait(listen: SocketAddr) -> anyhow::Result<()> {
    for _ in 0..100 {
        if TcpStream::connect(listen).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("the dashboard did not start")
}

/// Fetches a page; the whole answer, with its head.
pub(super) fn get(listen: SocketAddr, path: &str, cookie: &str) -> anyhow::Result<String> {
    exchange(
        listen,
        &format!("GET {path} HTTP/1.1\r\nHost: {listen}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"),
    )
}

/// Sends a form as a page of ours does; its values are words that need no encoding.
pub(super) fn post(listen: SocketAddr, path: &str, cookie: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = fields.join("&");
    exchange(
        listen,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {listen}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// The cookies that an answer sets, as a browser sends them back.
pub(super) fn cookies(answer: &str) -> String {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let set = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_set = name.eq_ignore_ascii_case("set-cookie");
        value.trim().split(';').next().filter(|_| is_set)
    });
    set.collect::<Vec<_>>().join("; ")
}

/// The value of a hidden field of a page; empty when it has none.
pub(super) fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let field = format!("name=\"{name}\" value=\"");
    page.split_once(&field)
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_default()
}

fn exchange(listen: SocketAddr, request: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(listen)?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
