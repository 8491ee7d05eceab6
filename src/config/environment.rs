//! What the environment says wins over the file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Mailbox, Settings, SettingsError};

impl Settings {
    /// Takes each variable that begins with `HABEAS_`.
    ///
    /// # Errors
    /// The first that is unknown or cannot be used.
    pub(super) fn take(&mut self, environment: &BTreeMap<String, String>) -> Result<(), SettingsError> {
        for (name, value) in environment {
            match name.as_str() {
                "HABEAS_CONFIG" => {}
                "HABEAS_LOG" => self.log.clone_from(value),
                "HABEAS_LISTEN" => self.listen = parse("listen [HABEAS_LISTEN]", value)?,
                "HABEAS_BASE_URL" => self.base_url.clone_from(value),
                "HABEAS_DATA" => self.data = PathBuf::from(value),
                "HABEAS_DATABASE" => self.database.clone_from(value),
                "HABEAS_MASTER_KEY" => self.master_key = PathBuf::from(value),
                "HABEAS_POLICY" => self.policy.clone_from(value),
                "HABEAS_DROP_FOLDER" => self.drop_folder = PathBuf::from(value),
                _ if name.starts_with("HABEAS_IMAP_") => self.take_of_mailboxes(name, value)?,
                "HABEAS_SMTP_OAUTH2_SECRET" => {
                    if let Some(oauth2) = self.smtp.as_mut().and_then(|smtp| smtp.oauth2.as_mut()) {
                        oauth2.client_secret.clone_from(value);
                    }
                }
                "HABEAS_SMTP_OAUTH2_REFRESH_TOKEN" => {
                    if let Some(oauth2) = self.smtp.as_mut().and_then(|smtp| smtp.oauth2.as_mut()) {
                        oauth2.refresh_token.clone_from(value);
                    }
                }
                "HABEAS_SMTP_PASSWORD" => {
                    if let Some(smtp) = &mut self.smtp {
                        smtp.password.clone_from(value);
                    }
                }
                "HABEAS_ALLOW_ROOT" => self.allow_root = value == "1",
                _ if name.starts_with("HABEAS_TEST_") => {}
                _ => {
                    return Err(SettingsError::Wrong {
                        name: "environment",
                        what: format!("{name} is no known variable. README.md lists those that are."),
                    });
                }
            }
        }
        Ok(())
    }

    /// A secret of all mailboxes, or with a number behind its name of the one that has this number in the file.
    fn take_of_mailboxes(&mut self, name: &str, value: &str) -> Result<(), SettingsError> {
        let wrong = |what: &str| SettingsError::Wrong {
            name: "environment",
            what: format!("{name} {what}"),
        };
        let numbered = name
            .rsplit_once('_')
            .filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
        let (what, mailboxes) = match numbered {
            None => (name, self.mailbox.as_mut_slice()),
            Some((what, digits)) => {
                let number: Option<usize> = digits.parse().ok();
                let mailbox = number.and_then(|number| self.mailbox.get_mut(number.checked_sub(1)?));
                let none = || wrong("names no mailbox. The number 1 is for the first [[mailbox]] of the file.");
                (what, std::slice::from_mut(mailbox.ok_or_else(none)?))
            }
        };
        let secret: fn(&mut Mailbox) -> Option<&mut String> = match what {
            "HABEAS_IMAP_PASSWORD" => |mailbox| Some(&mut mailbox.password),
            "HABEAS_IMAP_OAUTH2_SECRET" => |mailbox| Some(&mut mailbox.oauth2.as_mut()?.client_secret),
            "HABEAS_IMAP_OAUTH2_REFRESH_TOKEN" => |mailbox| Some(&mut mailbox.oauth2.as_mut()?.refresh_token),
            _ => return Err(wrong("is no known variable. README.md lists those that are.")),
        };
        for place in mailboxes.iter_mut().filter_map(secret) {
            value.clone_into(place);
        }
        Ok(())
    }
}

fn parse<T: std::str::FromStr>(name: &'static str, value: &str) -> Result<T, SettingsError>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| SettingsError::Wrong {
        name,
        what: format!("{value:?} is {error}. Write an address and port such as 127.0.0.1:8080."),
    })
}
