//! Days of the calendar.

use std::fmt;

/// A day, as `2026-11-29`. Earlier ones are smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day that `text` writes as in ISO 8601.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day, in UTC, on which this many seconds have passed since 1970 began.
    #[must_use]
    pub fn of_unix_time(seconds: u64) -> Self {
        // Years that begin in March have the leap day at their end; 400 of them are 146,097 days.
        let days = seconds / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        Self { year: u16::try_from(year + era * 400).unwrap_or(u16::MAX), month: month as u8, day: day as u8 }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        let written = |seconds| Day::of_unix_time(seconds).to_string();
        assert_eq!(written(0), "1970-01-01");
        assert_eq!(written(951_782_400), "2000-02-29");
        assert_eq!(written(951_868_800), "2000-03-01");
        assert_eq!(written(1_735_689_599), "2024-12-31");
        assert_eq!(written(4_107_542_400), "2100-03-01");
    }

    #[test]
    fn days_compare_by_time() {
        let day = |text| Day::parse(text).unwrap();
        assert!(day("2026-02-10") < day("2026-10-02"));
        assert!(day("2026-12-31") < day("2027-01-01"));
        assert_eq!(Day::parse("2026-13-01"), None);
        assert_eq!(Day::parse("soon"), None);
    }
}
