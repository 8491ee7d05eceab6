//! `habeas serve`: the dashboard and everything that happens by itself, until a signal ends it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use tokio::sync::watch;

use super::{people, start};
use crate::config::{Settings, Smtp};
use crate::domain::person::Role;
use crate::house::House;
use crate::jobs::{self, Workshop, collect};
use crate::mail::oauth::Accounts;
use crate::mail::transport::{SmtpSettings, Transport};
use crate::store;
use crate::web;

/// Runs the command.
///
/// # Errors
/// When something it needs cannot be used, in words that say what to do.
pub fn run(settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    start::log(&settings);
    refuse_root(&settings)?;
    let house = start::house(settings)?;
    if house.store.read(store::people::list)?.is_empty() {
        // Nobody knows yet who it will be: whoever uses the link gives their name and address.
        let link = people::link(&house, people::UNKNOWN, "", Role::Admin)?;
        writeln!(
            out,
            "The first person signs in with this link, once, within 72 hours:\n{link}"
        )?;
    }
    writeln!(out, "Habeas listens on {}", house.settings.base_url)?;
    out.flush()?;
    actix_web::rt::System::new().block_on(everything(Arc::new(house)))
}

/// Runs the dashboard, the jobs and the mailboxes, and ends them together.
///
/// # Errors
/// When the address is taken or the mail server's settings cannot be used.
pub async fn everything(house: Arc<House>) -> anyhow::Result<()> {
    house.pack()?;
    let accounts = Arc::new(accounts(&house));
    let transport = transport(&house.settings, &accounts)?;
    let (stopper, stop) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("mail")
        .enable_all()
        .build()
        .context("the threads for mail could not be started")?;
    let workshop = Arc::new(Workshop {
        house: Arc::clone(&house),
        accounts: Arc::clone(&accounts),
        transport,
        owner: format!("{}-{}", std::process::id(), house.now.instant().timestamp_micros()),
        handle: runtime.handle().clone(),
        held_up: Mutex::default(),
    });
    let threads = jobs::start(&workshop, &stop);
    let mailboxes: Vec<_> = house
        .settings
        .mailbox
        .iter()
        .map(|mailbox| {
            runtime.spawn(collect::watch_mailbox(
                Arc::clone(&house),
                mailbox.clone(),
                Arc::clone(&accounts),
                stop.clone(),
            ))
        })
        .collect();
    let served = web::serve(Arc::clone(&house)).await;
    tracing::info!("stopping; what is under way is finished first");
    stopper.send_replace(true);
    for mailbox in mailboxes {
        if let Err(error) = mailbox.await {
            tracing::error!(%error, "a mailbox watch ended unexpectedly");
        }
    }
    let ended = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join()))).await;
    runtime.shutdown_background();
    ended.context("a job did not end")?;
    served
}

/// Where the house gets tokens for its mail servers, with nothing asked for yet.
pub fn accounts(house: &House) -> Accounts {
    Accounts::new(house.store.clone(), house.now.clone())
}

/// How mail leaves: by the server of the settings, or into a folder.
///
/// # Errors
/// When the settings cannot be used.
pub fn transport(settings: &Settings, accounts: &Accounts) -> anyhow::Result<Transport> {
    match &settings.smtp {
        Some(smtp) => Ok(Transport::smtp(&smtp_settings(smtp, accounts))?),
        None => Ok(Transport::folder(&settings.outbox_folder())?),
    }
}

/// The mail server of the settings as the mail layer knows it.
pub fn smtp_settings(smtp: &Smtp, accounts: &Accounts) -> SmtpSettings {
    let proof = || accounts.proof(&smtp.password, smtp.oauth2.as_ref());
    let login = (!smtp.user.is_empty()).then(|| (smtp.user.clone(), proof()));
    SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        security: collect::security(smtp.line),
        extra_ca: smtp.ca_file.clone(),
        login,
        timeout: std::time::Duration::from_secs(60),
    }
}

/// Personal data are handled by an account that can do nothing else.
fn refuse_root(settings: &Settings) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata("/proc/self").map(|own| own.uid()).unwrap_or(u32::MAX);
    anyhow::ensure!(
        owner != 0 || settings.allow_root,
        "Habeas does not run as root. Start it as an own user, or set HABEAS_ALLOW_ROOT=1 where that cannot be, as in some containers."
    );
    Ok(())
}
