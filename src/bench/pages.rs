//! How fast the desk, the list and a request are shown with many requests stored, over HTTP, as a browser asks.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::fill::fill;
use super::http::{get, wait};
use super::{Folder, house};
use crate::config::Settings;
use crate::domain::person::Role;
use crate::house::House;
use crate::now::{Now, Stopwatch};
use crate::store::people::{self, NewPerson};
use crate::store::{StoreError, lists, sessions};
use crate::web::{
    self,
    door::cookie::{Scheme, session_name},
};

/// Stores requests, serves them, and fetches each page again and again.
pub fn run(requests: usize, fetches: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let filled = house(&folder.0)?;
    let now = filled.now.instant();
    let (officer, token) = filled.store.write(|tx| {
        let person = NewPerson {
            name: "Officer",
            email: "officer@example.com",
            role: Role::Officer,
            language: "en",
            manager: false,
        };
        let id = people::create(tx, &person, now)?;
        Ok::<_, StoreError>((id, sessions::start(tx, id, now)?))
    })?;
    fill(&filled, requests, officer)?;
    let (_, lines) = filled.store.read(|db| lists::group(db, &lists::Filter::default(), 1))?;
    let reference = lines
        .first()
        .map(|line| line.request.reference.clone())
        .context("no open request")?;
    let listen = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?;
    let settings = Settings {
        listen,
        base_url: format!("http://{listen}"),
        ..filled.settings.clone()
    };
    let shelf = (*filled.shelf()).clone();
    let house = Arc::new(House::new(filled.store.clone(), settings, Now::machine(), shelf)?);
    std::thread::spawn(move || actix_web::rt::System::new().block_on(web::serve(house)));
    let cookie = format!("{}={token}", session_name(Scheme::PlainLoopback));
    wait(listen)?;
    writeln!(
        out,
        "{requests} requests stored, {fetches} fetches a page, one after the other:"
    )?;
    for (name, path) in [
        ("nothing (the limit)", "/health".to_owned()),
        ("desk", "/".to_owned()),
        ("list", "/requests".to_owned()),
        ("list, a search", "/requests?q=person%20770".to_owned()),
        ("request", format!("/requests/{reference}")),
    ] {
        let mut times = Vec::with_capacity(fetches);
        for _ in 0..fetches {
            let watch = Stopwatch::start();
            let answer = get(listen, &path, &cookie)?;
            times.push(watch.elapsed());
            ensure!(
                answer.starts_with("HTTP/1.1 200"),
                "{path}: {}",
                answer.lines().next().unwrap_or("")
            );
        }
        times.sort();
        let at = |part: usize| {
            times
                .get((times.len() * part / 100).min(times.len() - 1))
                .copied()
                .unwrap_or_default()
        };
        writeln!(
            out,
            "  {name:<20} median {:>6.2} ms, 99th percentile {:>6.2} ms",
            ms(at(50)),
            ms(at(99))
        )?;
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
