//! Whether a person wrote a mail to us, or a programme made it, or it went to many.

use super::evidence::Evidence;
use super::pattern::Strength;
use crate::domain::lexicon::{Lexicon, Sign};
use crate::domain::message::Mail;

/// Who or what made a mail, and the headers or words that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// A delivery status or a receipt (RFC 3464, RFC 8098): never a person's words.
    Report(Vec<String>),
    /// A programme, in answer to a mail or by itself.
    Machine(Vec<String>),
    /// Someone who writes to many at once.
    Many(Vec<String>),
    /// A person, as far as one can tell.
    Person,
}

impl Maker {
    /// Judges by structure first, then by headers, then by words.
    pub fn of(mail: &Mail, evidence: &Evidence, lexicon: &Lexicon) -> Self {
        let making = &mail.making;
        if let Some(report) = &making.report_type {
            return Self::Report(vec![format!("multipart/report; {report}")]);
        }
        if let Some(keyword) = making.auto_submitted.as_deref().filter(|keyword| *keyword != "no") {
            return Self::Machine(vec![format!("Auto-Submitted: {keyword}")]);
        }
        if let Some(method) = &making.calendar_method {
            return Self::Machine(vec![format!("text/calendar; {method}")]);
        }
        if let Some((_, words)) = evidence.sign(Sign::AutomaticSubject).or(evidence.sign(Sign::Automatic)) {
            return Self::Machine(words.clone());
        }
        if making.null_sender {
            return Self::Machine(vec!["Return-Path: <>".to_owned()]);
        }
        if making.from_list {
            return Self::Many(vec!["List-*".to_owned()]);
        }
        // One advertising word does not outweigh someone who speaks of their own data.
        if let Some((strength, words)) = evidence.sign(Sign::Bulk)
            && (*strength == Strength::Plain
                || (!evidence.invokes_for_oneself() && evidence.sign(Sign::Personal).is_none()))
        {
            return Self::Many(words.clone());
        }
        let sender = mail
            .sender()
            .map(|sender| sender.address.to_lowercase())
            .unwrap_or_default();
        if lexicon
            .machine_senders
            .iter()
            .any(|start| sender.starts_with(start.as_str()))
        {
            return Self::Machine(vec![sender]);
        }
        match making.precedence.as_deref() {
            Some(precedence @ ("auto_reply" | "auto-reply")) => {
                Self::Machine(vec![format!("Precedence: {precedence}")])
            }
            Some(precedence @ ("bulk" | "junk" | "list")) => Self::Many(vec![format!("Precedence: {precedence}")]),
            _ if making.auto_response_header => Self::Machine(vec!["X-Auto-Response-Suppress".to_owned()]),
            _ => Self::Person,
        }
    }
}
