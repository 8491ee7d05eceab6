//! What the settings must not be: each refusal says what to write.

use std::net::IpAddr;

use super::{Automatic, Line, Mailbox, ReplyForm, SenderChecks, Settings, SettingsError, Smtp, Then};

impl Settings {
    /// Refuses what would put mail, data or passwords at risk.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let secure = self.base_url.starts_with("https://");
        if !secure && !self.is_loopback() {
            return Err(SettingsError::Wrong {
                name: "base_url [HABEAS_BASE_URL]",
                what: format!(
                    "{} is not protected. Write an https:// address that your web server passes on, or listen on 127.0.0.1.",
                    self.base_url
                ),
            });
        }
        if !self.controller.contact.contains('@') {
            return Err(SettingsError::Wrong {
                name: "controller.contact",
                what: "it is not a mail address. Write the address of the privacy contact.".to_owned(),
            });
        }
        self.check_replies()?;
        self.mailbox.iter().try_for_each(Mailbox::check)?;
        self.smtp.iter().try_for_each(Smtp::check)?;
        self.sender_checks.check()
    }

    fn check_replies(&self) -> Result<(), SettingsError> {
        // A tag takes up to 43 characters, and more than 64 before the @ are not carried (RFC 5321, section 4.5.3.1.1).
        const LONGEST_LOCAL: usize = 20;
        let local = self.controller.contact.split('@').next().unwrap_or("");
        let what = match self.replies.address {
            ReplyForm::Domain if !self.replies.domain.contains('.') => {
                "the form \"domain\" needs replies.domain, a domain whose mail all comes to the privacy mailbox."
            }
            ReplyForm::Plus if local.len() > LONGEST_LOCAL => {
                "the contact's name is too long for a tag behind it. Write \"plain\", or \"domain\" with replies.domain."
            }
            ReplyForm::Plain | ReplyForm::Plus | ReplyForm::Domain => {
                let wrong = |name, most| {
                    Err(SettingsError::Wrong {
                        name,
                        what: format!(
                            "Write a number up to {most}; what is beyond waits for a person, nothing is lost."
                        ),
                    })
                };
                if self.automatic.per_sender > Automatic::MOST_PER_SENDER {
                    return wrong("automatic.per_sender", Automatic::MOST_PER_SENDER);
                }
                if self.automatic.per_hour > Automatic::MOST_PER_HOUR {
                    return wrong("automatic.per_hour", Automatic::MOST_PER_HOUR);
                }
                return Ok(());
            }
        };
        Err(SettingsError::Wrong {
            name: "replies.address",
            what: what.to_owned(),
        })
    }
}

impl Mailbox {
    fn check(&self) -> Result<(), SettingsError> {
        check_line("mailbox.line", self.line, &self.host)?;
        if self.after == Then::Move && self.moved_to.is_empty() {
            return Err(SettingsError::Wrong {
                name: "mailbox.moved_to",
                what: "it is empty. Write the folder that kept mail is moved to, or after = \"mark\".".to_owned(),
            });
        }
        match &self.oauth2 {
            Some(oauth2) => oauth2.check("mailbox.oauth2", "HABEAS_IMAP_OAUTH2"),
            None if self.password.is_empty() => Err(SettingsError::Wrong {
                name: "mailbox.password",
                what: "it is empty. Write it into the file, or set HABEAS_IMAP_PASSWORD.".to_owned(),
            }),
            None => Ok(()),
        }
    }
}

impl Smtp {
    fn check(&self) -> Result<(), SettingsError> {
        check_line("smtp.line", self.line, &self.host)?;
        let Some(oauth2) = &self.oauth2 else { return Ok(()) };
        oauth2.check("smtp.oauth2", "HABEAS_SMTP_OAUTH2")?;
        if self.user.is_empty() {
            return Err(SettingsError::Wrong {
                name: "smtp.user",
                what: "it is empty. Write the account that the token is for.".to_owned(),
            });
        }
        Ok(())
    }
}

impl SenderChecks {
    fn check(&self) -> Result<(), SettingsError> {
        let is_name = |name: &str| !name.contains(|c: char| !c.is_ascii_graphic() || "@;()<>,\"\\".contains(c));
        if !is_name(&self.authserv_id) {
            return Err(SettingsError::Wrong {
                name: "sender_checks.authserv_id",
                what: format!(
                    "{:?} is no name of a server. Write what stands first in the Authentication-Results of mail you receive.",
                    self.authserv_id
                ),
            });
        }
        match self.own_hosts.iter().find(|host| host.is_empty() || !is_name(host)) {
            Some(host) => Err(SettingsError::Wrong {
                name: "sender_checks.own_hosts",
                what: format!(
                    "{host:?} is no name of a server. Write what stands after \"by\" in the topmost Received of mail you receive."
                ),
            }),
            None => Ok(()),
        }
    }
}

fn check_line(name: &'static str, line: Line, host: &str) -> Result<(), SettingsError> {
    match line {
        Line::Tls | Line::StartTls => Ok(()),
        Line::PlainLoopback if is_loopback_host(host) => Ok(()),
        Line::PlainLoopback => Err(SettingsError::Wrong {
            name,
            what: format!(
                "{host} is another machine, and mail must not travel unprotected. Write \"tls\" or \"start-tls\"."
            ),
        }),
    }
}

/// Whether a host name or address is this machine.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
