//! Why a study has no result.

/// Why a study has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExperimentError {
    /// It was interrupted before anything was complete.
    #[error("interrupted before the first load was finished: there is nothing to keep")]
    Interrupted,
    /// A run in depth looks at one load.
    #[error(
        "a run looks at one load and the scenario has {0}: choose one, e.g. --set arrivals.rate=\"100/s\""
    )]
    SeveralLoads(usize),
    /// A sweep looks at one load at each point, unless it searches for the one that is carried.
    #[error(
        "a sweep looks at one load at each point and the scenario names {0}: choose one, e.g. --set arrivals.rate=\"100/s\", vary it \
         (--vary arrivals.rate=50/s..500/s), or leave it open (--set arrivals.rate=sweep) to compare what is carried"
    )]
    SeveralLoadsSwept(usize),
    /// Nobody came with that number.
    #[error("there is no request {number}: in this replication {arrived} came, numbered from 1")]
    NoSuchRequest {
        /// Which was asked for.
        number: u64,
        /// How many there were.
        arrived: u64,
    },
    /// Nothing to choose the slowest from.
    #[error("no request that came after the first quarter of the replication was answered")]
    NothingAnswered,
    /// Nothing of this study stands in the baseline.
    #[error("nothing to compare with the baseline {baseline}: {why}")]
    NothingInCommon {
        /// The baseline's name.
        baseline: String,
        /// What the two have.
        why: String,
    },
    /// There is nobody to compare.
    #[error("the scenario has no contestants")]
    NoContestants,
    /// There is nothing to keep inside of.
    #[error(
        "the scenario sets no objective: it must say what is good enough, e.g. --set slo.p99=250ms, or in the file\n\n\
         [slo]\np99    = \"250ms\"\nerrors = \"0.1%\""
    )]
    NoObjectives,
    /// No objective tells whether a load is carried.
    #[error(
        "the scenario limits nothing that a search can be guided by: that is a mean, a percentile or the share of errors, e.g. --set slo.p99=250ms"
    )]
    NoneSearched,
    /// A limit on something that is not there.
    #[error(
        "`slo.util` limits the use of `{asked}`, which no contestant has{nearest}\n  they have: {known}"
    )]
    NoSuchResource {
        /// What is limited.
        asked: String,
        /// A suggestion.
        nearest: String,
        /// What there is.
        known: String,
    },
    /// The load is no matter of choice.
    #[error(
        "requests arrive at the times of a list, which has one load: to search for the load that is carried, give arrivals a rate or users"
    )]
    GivenTimes,
}
