//! `habeas invite`: a one-time link for someone who is to use the dashboard.

use std::io::Write;

use super::start;
use crate::config::Settings;
use crate::domain::person::Role;
use crate::house::House;
use crate::store::people;

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
