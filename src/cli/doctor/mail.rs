//! The mail part of `habeas doctor`: a word about each server, or every step of the way in and out tried for real.

use super::Report;
use crate::cli::serve;
use crate::config::{ReplyForm, Settings, providers};
use crate::house::House;
use crate::jobs::collect::imap_settings;
use crate::mail::mailbox::{self, ImapSettings};
use crate::mail::probe::{self, Finding};

/// Whether each server lets us in, in a line each.
pub async fn brief(house: &House, report: &mut Report<'_>) -> std::io::Result<()> {
    let settings = &house.settings;
    let accounts = serve::accounts(house);
    if settings.mailbox.is_empty() {
        report.tell("mailbox", &no_mailbox(house))?;
    }
    for mailbox in &settings.mailbox {
        let finding = match mailbox::check(&imap_settings(mailbox, &accounts)).await {
            Ok(lines) => Finding::ok("", lines.join("; ")),
            Err(error) => Finding::wrong("", error),
        };
        report.tell("mailbox", &finding)?;
    }
    let finding = if settings.smtp.is_none() {
        no_server(house)
    } else {
        match serve::transport(settings, &accounts) {
            Ok(transport) => match transport.check().await {
                Ok(words) => Finding::ok("", words),
                Err(error) => Finding::wrong("", error),
            },
            Err(error) => Finding::wrong("", format!("{error:#}")),
        }
    };
    report.tell("mail out", &finding)
}

/// Every step, and if asked for a mail that goes the whole round.
pub async fn thorough(house: &House, send: bool, report: &mut Report<'_>) -> std::io::Result<()> {
    let settings = &house.settings;
    let accounts = serve::accounts(house);
    let now = || house.now.instant();
    if settings.mailbox.is_empty() {
        report.tell("mailbox", &no_mailbox(house))?;
    }
    let mailboxes: Vec<ImapSettings> = settings
        .mailbox
        .iter()
        .map(|mailbox| imap_settings(mailbox, &accounts))
        .collect();
    for (imap, mailbox) in mailboxes.iter().zip(&settings.mailbox) {
        let part = format!("mailbox {}", mailbox.host);
        for finding in probe::imap(imap, providers::find(&mailbox.provider), now()).await {
            report.tell(&part, &finding)?;
        }
    }
    let Some(smtp) = &settings.smtp else {
        return report.tell("mail out", &no_server(house));
    };
    let part = format!("mail out {}", smtp.host);
    let smtp_settings = serve::smtp_settings(smtp, &accounts);
    for finding in probe::smtp(&smtp_settings, providers::find(&smtp.provider), now()).await {
        report.tell(&part, &finding)?;
    }
    if !send {
        let words = "no mail was sent; with --send one goes to the privacy contact, and its arrival is awaited";
        return report.tell("round", &Finding::ok("", words));
    }
    if mailboxes.is_empty() {
        let words = "no mailbox is set, so nothing that is sent can be seen to arrive";
        return report.tell("round", &Finding::weak("", words));
    }
    match serve::transport(settings, &accounts) {
        Ok(transport) => {
            let contact = &settings.controller.contact;
            for to in addresses(settings) {
                for finding in probe::round(&transport, &mailboxes, contact, &to, &house.now).await {
                    report.tell("round", &finding)?;
                }
            }
            Ok(())
        }
        Err(error) => report.tell("round", &Finding::wrong("probe", format!("{error:#}"))),
    }
}

/// The privacy contact, and where replies come to addresses of their own, one like those. It names no request.
fn addresses(settings: &Settings) -> Vec<String> {
    let contact = settings.controller.contact.clone();
    let own = match (settings.replies.address, contact.rsplit_once('@')) {
        (ReplyForm::Plain, _) | (_, None) => None,
        (ReplyForm::Plus, Some((local, domain))) => Some(format!("{local}+doctor@{domain}")),
        (ReplyForm::Domain, Some(_)) => Some(format!("doctor@{}", settings.replies.domain)),
    };
    std::iter::once(contact).chain(own).collect()
}

fn no_mailbox(house: &House) -> Finding {
    let folder = &house.settings.drop_folder;
    if folder.as_os_str().is_empty() {
        Finding::weak(
            "",
            "no mailbox and no drop folder is set; mail comes in by `habeas intake` alone",
        )
    } else {
        Finding::ok("", format!("none; the drop folder {} is watched", folder.display()))
    }
}

fn no_server(house: &House) -> Finding {
    let outbox = house.settings.outbox_folder();
    Finding::weak(
        "",
        format!("no server is set; letters are written to {}", outbox.display()),
    )
}
