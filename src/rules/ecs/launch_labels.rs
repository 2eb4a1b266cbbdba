//! What a finding about a task definition says of the resources that run it.

use crate::graph::ResourceGraph;
use crate::graph::ecs::ExecTask;
use crate::rules::Finding;

/// Labels every switch that turns ECS Exec on for a task.
pub(super) fn label_launches<'t>(mut finding: Finding<'t>, graph: &ResourceGraph<'t>, task: &ExecTask<'t>) -> Finding<'t> {
    for launch in &task.launches {
        let owner = launch.launch.owner.logical_id();
        finding = finding.label(graph.exec_switch(launch), format!("`{owner}` runs it with ECS Exec on"));
    }
    finding
}
