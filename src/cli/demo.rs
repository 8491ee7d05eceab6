//! `habeas demo`: one command, no settings: a fresh store, sample mail in both languages, a dashboard on this machine alone.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context;

use super::{serve, start};
use crate::config::Settings;
use crate::demo;

/// Starts a filled dashboard on this machine alone.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// The port to listen on; another free one when it is taken
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Runs the command.
///
/// # Errors
/// When no folder or port can be had.
pub fn run(args: &DemoArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let settings = Settings::demo(free_port(args.port)?);
    if settings.data.exists() {
        std::fs::remove_dir_all(&settings.data)
            .with_context(|| format!("the old demo in {} cannot be removed", settings.data.display()))?;
    }
    start::log(&settings);
    writeln!(out, "Filling a fresh store in {} …", settings.data.display())?;
    out.flush()?;
    let house = start::house(settings)?;
    let transport = serve::transport(&house.settings, &serve::accounts(&house))?;
    let system = actix_web::rt::System::new();
    let logins = system.block_on(demo::fill(&house, &transport))?;
    writeln!(
        out,
        "\nHabeas is ready. Open {} and sign in as one of\n",
        house.settings.base_url
    )?;
    for login in logins {
        writeln!(
            out,
            "  {:<13} {:<23} password  {}",
            login.role.as_str(),
            login.email,
            login.password
        )?;
    }
    writeln!(
        out,
        "\nTo approve, to answer with data and to see identity documents, set up a second factor under your name: any authenticator will do."
    )?;
    writeln!(
        out,
        "\nMail that it sends is written to {}",
        house.settings.outbox_folder().display()
    )?;
    writeln!(
        out,
        "Everything here is made up and is thrown away at the next start. End it with Ctrl-C."
    )?;
    out.flush()?;
    system.block_on(serve::everything(Arc::new(house)))
}

fn free_port(wanted: u16) -> anyhow::Result<SocketAddr> {
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(loopback(wanted)).or_else(|_| TcpListener::bind(loopback(0)));
    listener
        .and_then(|listener| listener.local_addr())
        .context("no free port on 127.0.0.1")
}
