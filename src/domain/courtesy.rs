//! How much mail may leave without a person (RFC 3834): an answer too many is a loop or an attack on somebody else.

/// What was sent automatically before, and to whom the next letter would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recent {
    /// Automatic letters to this address within 24 hours.
    pub to_sender: u32,
    /// Automatic letters about requests to anyone within an hour.
    pub in_all: u32,
    /// Whether the sender wrote under the same subject, without one, or naming a request of theirs, since such a letter
    /// went to them.
    pub repeated: Repeated,
    /// Whether the sender's own domain disowns the mail.
    pub trust: Trust,
}

/// Whether a mail looks like the last one of its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It does not.
    No,
    /// It does, and an automatic letter went out in between: a programme may be answering ours.
    SinceOurLetter,
}

/// Whether a sender's address can be trusted to be the one that wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nothing speaks against it.
    Plain,
    /// The checks of its domain failed: a letter may hit somebody who never wrote (backscatter).
    Failing,
}

/// How many automatic letters may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To one address within 24 hours.
    pub per_sender: u32,
    /// To anyone within an hour.
    pub per_hour: u32,
}

/// What becomes of an automatic letter. None is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Courtesy {
    /// It leaves.
    Send,
    /// It waits for a person.
    Wait(TooMany),
}

/// Why an automatic letter waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// This address has had enough of them today.
    ToSender,
    /// Enough left within the hour.
    InAll,
    /// A programme may be answering our letters.
    Loop,
}

impl TooMany {
    /// The name in tables and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToSender => "to-sender",
            Self::InAll => "in-all",
            Self::Loop => "loop",
        }
    }
}

/// Whether an automatic letter leaves.
pub fn courtesy(recent: Recent, limits: Limits) -> Courtesy {
    // Whose address is probably forged gets one letter at most, and that without content.
    let per_sender = match recent.trust {
        Trust::Plain => limits.per_sender,
        Trust::Failing => limits.per_sender.min(1),
    };
    if recent.repeated == Repeated::SinceOurLetter {
        Courtesy::Wait(TooMany::Loop)
    } else if recent.to_sender >= per_sender {
        Courtesy::Wait(TooMany::ToSender)
    } else if recent.in_all >= limits.per_hour {
        Courtesy::Wait(TooMany::InAll)
    } else {
        Courtesy::Send
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        per_sender: 3,
        per_hour: 60,
    };
    const FIRST: Recent = Recent {
        to_sender: 0,
        in_all: 0,
        repeated: Repeated::No,
        trust: Trust::Plain,
    };

    #[test]
    fn three_letters_a_day_leave_to_one_address_and_the_fourth_waits() {
        let with = |to_sender| courtesy(Recent { to_sender, ..FIRST }, LIMITS);
        assert_eq!(with(2), Courtesy::Send);
        assert_eq!(with(3), Courtesy::Wait(TooMany::ToSender));
    }

    #[test]
    fn sixty_letters_an_hour_leave_in_all_and_the_next_waits() {
        let with = |in_all| courtesy(Recent { in_all, ..FIRST }, LIMITS);
        assert_eq!(with(59), Courtesy::Send);
        assert_eq!(with(60), Courtesy::Wait(TooMany::InAll));
    }

    #[test]
    fn an_address_whose_checks_fail_gets_one_letter_at_most() {
        let with = |to_sender| {
            let recent = Recent {
                to_sender,
                trust: Trust::Failing,
                ..FIRST
            };
            courtesy(recent, LIMITS)
        };
        assert_eq!(with(0), Courtesy::Send);
        assert_eq!(with(1), Courtesy::Wait(TooMany::ToSender));
    }

    #[test]
    fn the_same_again_after_our_letter_is_not_answered_by_itself() {
        let again = Recent {
            to_sender: 1,
            repeated: Repeated::SinceOurLetter,
            ..FIRST
        };
        assert_eq!(courtesy(again, LIMITS), Courtesy::Wait(TooMany::Loop));
    }

    #[test]
    fn no_automatic_letter_leaves_where_the_limits_are_nought() {
        let none = Limits {
            per_sender: 0,
            per_hour: 0,
        };
        assert!(matches!(courtesy(FIRST, none), Courtesy::Wait(_)));
    }
}
