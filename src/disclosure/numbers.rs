//! The arithmetic of numbers that name a person: which digits can be one, and which cannot.

/// A Chinese resident identity number of 18 characters, by region, date of birth and checksum (GB 11643-1999; the check
/// character is ISO 7064 MOD 11-2). The digit 10 stands for X.
pub fn is_resident_number(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [u8; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let (&[a, b, ..], 18, Some(check)) = (digits, digits.len(), digits.last()) else {
        return false;
    };
    if digits.iter().take(17).any(|digit| *digit > 9) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    is_region(a, b)
        && is_date(number(digits, 6, 4), number(digits, 10, 2), number(digits, 12, 2))
        && CHECKS.get((sum % 11) as usize) == Some(check)
}

/// A resident identity number of 15 digits, as given until 1999. It has no checksum.
pub fn is_old_resident_number(digits: &[u8]) -> bool {
    let (&[a, b, ..], 15) = (digits, digits.len()) else {
        return false;
    };
    digits.iter().all(|digit| *digit <= 9)
        && is_region(a, b)
        && is_date(1900 + number(digits, 6, 2), number(digits, 8, 2), number(digits, 10, 2))
}

/// The first two digits of a region (GB/T 2260), with 81 to 83 for residence permits of Hong Kong, Macao and Taiwan, and 91
/// for foreigners.
fn is_region(a: u8, b: u8) -> bool {
    matches!(
        a * 10 + b,
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91
    )
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1850..=2099).contains(&year) && (1..=days).contains(&day)
}

fn number(digits: &[u8], from: usize, count: usize) -> u32 {
    digits
        .iter()
        .skip(from)
        .take(count)
        .fold(0, |value, digit| value * 10 + u32::from(*digit))
}

/// A mainland mobile number without the country: eleven digits, the second from 3 to 9.
pub fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [1, 3..=9, ..]) && digits.len() == 11 && digits.iter().all(|digit| *digit <= 9)
}

/// How sure it is that digits are a bank card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// The checksum holds and an issuer of cards begins so.
    Known,
    /// The checksum holds, as for every tenth number.
    Possible,
    /// The checksum does not hold, or no card begins so.
    No,
}

/// Whether digits are a bank card (ISO/IEC 7812-1): 13 to 19 digits, Luhn, and how they begin.
pub fn card(digits: &[u8]) -> Card {
    if !(13..=19).contains(&digits.len()) || digits.iter().any(|digit| *digit > 9) || !luhn(digits) {
        return Card::No;
    }
    // All the same digit is a placeholder, not a card.
    if digits.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) {
        return Card::No;
    }
    let four = number(digits, 0, 4);
    let length = digits.len();
    let known = match four {
        // UnionPay, also the older cards of one large bank.
        6200..=6299 | 9558 => length >= 16,
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        6011 | 6440..=6499 | 6500..=6599 | 3528..=3589 => length >= 16,
        3000..=3059 | 3600..=3699 | 3800..=3999 => length == 14,
        5000..=5099 | 5600..=5899 | 6300..=6399 | 6700..=6799 => length >= 16,
        _ => false,
    };
    match digits.first() {
        _ if known => Card::Known,
        // 0, 1, 7 and 8 are given to others than banks; 2 and 3 to few, which are known.
        Some(4 | 5 | 6 | 9) => Card::Possible,
        _ => Card::No,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The lengths of an IBAN by country (ISO 13616 registry).
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 \
                            EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 \
                            KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 \
                            PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 \
                            VA22 VG24 XK20";

/// How long the IBANs of a country are.
pub fn iban_length(country: [char; 2]) -> Option<usize> {
    IBAN_LENGTHS.split_whitespace().find_map(|entry| {
        let rest = entry.strip_prefix(country[0])?.strip_prefix(country[1])?;
        rest.parse().ok()
    })
}

/// Whether letters and digits without spaces are an IBAN (ISO 7064 MOD 97-10).
pub fn is_iban(characters: &[char]) -> bool {
    let (Some(head), Some(tail)) = (characters.get(..4), characters.get(4..)) else {
        return false;
    };
    let rest = tail.iter().chain(head).try_fold(0u32, |rest, character| {
        let value = character.to_digit(36)?;
        Some(if value > 9 {
            (rest * 100 + value) % 97
        } else {
            (rest * 10 + value) % 97
        })
    });
    rest == Some(1)
}
