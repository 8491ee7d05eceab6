//! How long a start takes until the first page is there, and how much memory an idle Habeas holds.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use super::Folder;
use crate::config::this_program;
use crate::now::Stopwatch;

/// How often it is started.
const STARTS: usize = 7;

/// Starts the program on an existing store, asks for the first page, and looks at its memory once it is idle.
pub fn run(out: &mut impl Write) -> anyhow::Result<()> {
    let folder = Folder::new()?;
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..=STARTS {
        let listen = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?;
        let watch = Stopwatch::start();
        let mut running = Running(serve(&folder, listen)?);
        first_page(listen)?;
        times.push(watch.elapsed());
        std::thread::sleep(Duration::from_millis(600));
        memory = resident_kib(running.0.id())?;
        running.0.kill()?;
    }
    // The first start makes the store; every later one opens it.
    let first = times.remove(0);
    times.sort();
    let median = times.get(STARTS / 2).copied().unwrap_or_default();
    writeln!(
        out,
        "start to first page: {:.3} s (median of {STARTS}); {:.3} s with an empty folder",
        median.as_secs_f64(),
        first.as_secs_f64()
    )?;
    writeln!(out, "idle memory: {:.1} MiB resident", memory as f64 / 1024.0)?;
    Ok(())
}

/// A program that ends with the measurement, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let ended = self.0.kill().and_then(|()| self.0.wait());
        if let Err(error) = ended {
            tracing::debug!(%error, "the measured program had ended");
        }
    }
}

fn serve(folder: &Folder, listen: SocketAddr) -> anyhow::Result<Child> {
    Command::new(this_program()?)
        .arg("serve")
        .current_dir(&folder.0)
        .env("HABEAS_DATA", &folder.0)
        .env("HABEAS_LISTEN", listen.to_string())
        .env("HABEAS_ALLOW_ROOT", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the program could not be started")
}

fn first_page(listen: SocketAddr) -> anyhow::Result<()> {
    for _ in 0..5000 {
        if let Ok(mut stream) = TcpStream::connect(listen) {
            write!(
                stream,
                "GET /sign-in HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n"
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            anyhow::ensure!(
                answer.starts_with("HTTP/1.1 200"),
                "the first page is {}",
                answer.lines().next().unwrap_or("")
            );
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    anyhow::bail!("the dashboard did not start")
}

fn resident_kib(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no resident size")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
