//! What a device does that can do nothing: it says why, again and again, for a person who may be at the console, and starts again
//! now and then, for what failed may pass: a radio, a flash that is too cold.

use core::time::Duration;

/// How often it says why.
pub const REMINDER_INTERVAL: Duration = Duration::from_mins(1);
/// When it starts again.
pub const RETRY_AFTER: Duration = Duration::from_hours(1);

/// A device that stays where it is.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    restart_at: Duration,
    remind_at: Duration,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// Say why.
    Reminder,
    /// Reset the board.
    Restart,
}

impl Stay {
    /// A device that has said why at `uptime`.
    pub const fn since(uptime: Duration) -> Self {
        Self {
            restart_at: uptime.saturating_add(RETRY_AFTER),
            remind_at: uptime.saturating_add(REMINDER_INTERVAL),
        }
    }

    /// What is to be done at `uptime`. A reminder is due once.
    pub fn due(&mut self, uptime: Duration) -> Due {
        if uptime >= self.restart_at {
            return Due::Restart;
        }
        if uptime < self.remind_at {
            return Due::Nothing;
        }
        self.remind_at = uptime.saturating_add(REMINDER_INTERVAL);
        Due::Reminder
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, Stay};
    use core::time::Duration;

    #[test]
    fn a_reminder_each_minute_and_a_restart_after_an_hour() {
        let began = Duration::from_secs(7);
        let mut stay = Stay::since(began);
        let (mut reminders, mut uptime) = (0, began);
        let ended = loop {
            match stay.due(uptime) {
                Due::Nothing => {}
                Due::Reminder => reminders += 1,
                Due::Restart => break uptime,
            }
            uptime += Duration::from_secs(5);
        };
        assert_eq!(reminders, 59);
        assert_eq!(ended - began, Duration::from_hours(1));
    }
}
