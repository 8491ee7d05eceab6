//! `habeas invite`: a one-time link for someone who is to use the dashboard. `habeas reset-second-factor`: for someone who
//! lost theirs, where no administrator is left to do it.

use std::io::Write;

use anyhow::Context;

use super::start;
use crate::config::Settings;
use crate::domain::person::Role;
use crate::house::House;
use crate::store::people;
use crate::web::door::account;

/// The address of someone who has not said who they are; `.invalid` belongs to nobody (RFC 2606).
pub const UNKNOWN: &str = "first-person@habeas.invalid";

/// Invites a person, or gives someone known a new link.
#[derive(Debug, Clone, clap::Args)]
pub struct InviteArgs {
    /// The person's mail address
    email: String,
    /// The person's name
    #[arg(long)]
    name: Option<String>,
    /// officer, reviewer, system-owner, auditor or admin
    #[arg(long, default_value = "officer")]
    role: Role,
}

/// Takes a second factor away, so that its person can set up a new one.
#[derive(Debug, Clone, clap::Args)]
pub struct ResetArgs {
    /// The person's mail address
    email: String,
}

/// `habeas reset-second-factor`: the person is told by mail, and their sessions end.
///
/// # Errors
/// When nobody has this address, or the store fails.
pub fn reset_second_factor(args: &ResetArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let house = start::house(settings)?;
    let now = house.now.instant();
    let person = house.store.read(|db| people::find_by_email(db, &args.email))?;
    let person = person.with_context(|| format!("Nobody has the address {}.", args.email))?;
    let was_there = house
        .store
        .write(|tx| account::reset_second_factor(tx, &house, &person, "command-line", now))?;
    if was_there {
        writeln!(
            out,
            "The second factor of {} is gone, and so are their sessions. They are told by mail. If their password had \
             fewer than 15 characters, it is gone as well: `habeas invite {}` makes a link for a new one.",
            args.email, args.email
        )?;
    } else {
        writeln!(out, "{} has no second factor.", args.email)?;
    }
    Ok(())
}

/// Runs the command.
///
/// # Errors
/// When the store fails.
pub fn invite(args: &InviteArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let house = start::house(settings)?;
    let name = args
        .name
        .clone()
        .unwrap_or_else(|| args.email.split('@').next().unwrap_or("").to_owned());
    let link = link(&house, &args.email, &name, args.role)?;
    writeln!(
        out,
        "{} can sign in with this link, once, within 72 hours:\n{link}",
        args.email
    )?;
    Ok(())
}

/// A one-time link for a person, who is added if nobody has this address.
///
/// # Errors
/// When the store fails.
pub fn link(house: &House, email: &str, name: &str, role: Role) -> anyhow::Result<String> {
    let now = house.now.instant();
    let token = house.store.write(|tx| {
        let person = match people::find_by_email(tx, email)? {
            Some(person) => person.id,
            None => people::create(
                tx,
                &people::NewPerson {
                    name,
                    email,
                    role,
                    language: "en",
                    manager: false,
                },
                now,
            )?,
        };
        people::invite(tx, person, now)
    })?;
    Ok(format!("{}/invitation/{token}", house.settings.base_url))
}
