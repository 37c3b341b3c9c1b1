//! The numbers that change with every event, one per lane, and the loop over events.

use super::{
    compiled::Compiled,
    roster::{Proposal, Roster, Trajectory},
    tables::MOST_CHANNELS,
};

/// Any `u8` is the number of a row, so none needs a check.
const ROWS: usize = 256;

/// `W` replicates, one per lane.
#[repr(C, align(64))]
pub(super) struct Frame<const W: usize> {
    /// Time of the state.
    pub(super) time: [f64; W],
    /// The sampling time that is not passed yet.
    pub(super) next_sample: [f64; W],
    /// The total propensity.
    pub(super) total: [f64; W],
    /// Time of the next event.
    pub(super) next_time: [f64; W],
    /// Channel of the next event, by position.
    pub(super) channel: [u64; W],
    /// The streams: word `i` of the state of each.
    pub(super) stream: [[u64; W]; 4],
    /// The state, in the rows of [`Compiled`].
    pub(super) rows: [[f64; W]; ROWS],
    /// The cumulative propensities, by position, where an engine stores them.
    pub(super) cumulative: [[f64; W]; MOST_CHANNELS],
}

impl<const W: usize> Frame<W> {
    /// Runs replicates until there are no more, or so few that they are better suspended.
    ///
    /// `propose` draws two words per lane and fills in `total`, `next_time` and `channel`; it returns whether some
    /// lane passes its sampling time or has a total that is not finite. `fire` applies the proposal.
    #[inline(always)]
    pub(super) fn run(
        compiled: &Compiled,
        roster: &mut Roster<'_>,
        propose: impl Fn(&mut Self) -> bool,
        fire: impl Fn(&mut Self),
    ) {
        let mut frame = Self::new();
        frame.seat(roster, &[true; W]);
        while roster.is_busy() {
            let passes = propose(&mut frame);
            let ended = if passes || roster.is_due() {
                frame.look(roster)
            } else {
                None
            };
            if roster.counts_firings() {
                frame.count_firings(roster);
            }
            fire(&mut frame);
            roster.advance();
            if let Some(ended) = ended {
                frame.seat(roster, &ended);
            }
        }
        frame.suspend(compiled, roster);
    }

    fn new() -> Box<Self> {
        Box::new(Self {
            time: [0.0; W],
            next_sample: [f64::INFINITY; W],
            total: [0.0; W],
            next_time: [0.0; W],
            channel: [0; W],
            stream: [[1; W]; 4],
            rows: [[0.0; W]; ROWS],
            cumulative: [[0.0; W]; MOST_CHANNELS],
        })
    }

    /// Looks at every lane that asks for it. Returns which replicates ended, if any did.
    #[cold]
    #[inline(never)]
    fn look(&mut self, roster: &mut Roster<'_>) -> Option<[bool; W]> {
        let mut ended = [false; W];
        for (lane, ended) in ended.iter_mut().enumerate() {
            let (total, time) = (self.total[lane], self.next_time[lane]);
            let goes_on = time <= self.next_sample[lane] && total < f64::INFINITY;
            if !goes_on || roster.is_due() {
                let proposal = Proposal { total, time };
                *ended = roster.look(lane, proposal, |species| self.rows[species][lane]);
                self.next_sample[lane] = roster.next_sample(lane);
            }
        }
        roster.look_at_flag();
        ended.contains(&true).then_some(ended)
    }

    #[cold]
    #[inline(never)]
    fn count_firings(&self, roster: &mut Roster<'_>) {
        for (lane, &position) in self.channel.iter().enumerate() {
            roster.count_firing(lane, position as usize);
        }
    }

    /// Puts the next replicates into the lanes that are free.
    ///
    /// A lane without a replicate holds zeros, so nothing happens in it, and it passes no sampling time.
    #[cold]
    #[inline(never)]
    fn seat(&mut self, roster: &mut Roster<'_>, free: &[bool; W]) {
        for lane in (0..W).filter(|lane| free[*lane]) {
            let trajectory = roster.seat(lane).unwrap_or(Trajectory {
                stream: [1; 4],
                time: 0.0,
                rows: vec![0.0; ROWS],
            });
            for (row, count) in self.rows.iter_mut().zip(trajectory.rows) {
                row[lane] = count;
            }
            for (words, word) in self.stream.iter_mut().zip(trajectory.stream) {
                words[lane] = word;
            }
            self.time[lane] = trajectory.time;
            self.next_sample[lane] = roster.next_sample(lane);
        }
    }

    /// Takes all replicates out of their lanes.
    fn suspend(&self, compiled: &Compiled, roster: &mut Roster<'_>) {
        for lane in 0..W {
            let rows = self.rows[..compiled.initial.len()].iter();
            let trajectory = Trajectory {
                stream: self.stream.each_ref().map(|words| words[lane]),
                time: self.time[lane],
                rows: rows.map(|row| row[lane]).collect(),
            };
            roster.suspend(lane, trajectory);
        }
    }
}
