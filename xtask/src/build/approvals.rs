//! Whether the changes that led to a release were approved.

use trust::channel::Channel;
use trust::finding::Finding;
use trust::gate::Question;

use crate::failure::Result;
use crate::project::{Project, ProjectInputs};
use crate::review::history;

/// What stands against the changes that led here, where that is asked. What is for a desk may be tried before anybody
/// approves it.
pub(crate) fn missing(
    project: &Project,
    inputs: &ProjectInputs,
    question: Question,
    asked: bool,
) -> Result<Vec<Finding>> {
    match question.channel {
        Channel::Production if asked => history::findings(project, &inputs.inputs, question),
        Channel::Development | Channel::Production => Ok(Vec::new()),
    }
}
