//! Flows, through the engine.

use super::EngineSubject;
use crate::subject::shape::{Shape, name};
use crate::subject::work::{ENCODING, INPUT, KIND, lane};
use tidegate::Result;
use tidegate::model::flows::flow::CancellationPolicy;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::flows::cancel::CancelFlowArgs;
use tidegate::ops::flows::submit::{AfterArgs, MemberArgs, MemberNeeds, SubmitFlowArgs};

impl EngineSubject {
    /// Submits flows of a shape.
    pub(super) fn submit_flows(&mut self, shape: Shape, count: u32) -> Result<()> {
        for _ in 0..count {
            let members = (0..shape.members()).map(|index| member(shape, index)).collect();
            let answer = self.engine()?.call(SubmitFlowArgs { members, ..SubmitFlowArgs::default() })?;
            self.flow = answer.flow_id;
        }
        Ok(())
    }

    /// Cancels the flow that was submitted last.
    pub(super) fn cancel_last_flow(&mut self) -> Result<()> {
        let args =
            CancelFlowArgs { flow_id: self.flow.clone(), policy: CancellationPolicy::CancelAll, reason: String::new() };
        self.engine()?.call(args).map(|_| ())
    }
}

fn member(shape: Shape, index: u32) -> MemberArgs {
    let (from, before) = shape.upstreams(index);
    MemberArgs {
        needs: MemberNeeds {
            name: name(index),
            after: (from..before).map(|upstream| AfterArgs { name: name(upstream), ..AfterArgs::default() }).collect(),
            ..MemberNeeds::default()
        },
        create: CreateArgs {
            lane: lane(0),
            kind: KIND.to_owned(),
            input: Some(INPUT.to_vec().into()),
            encoding: Some(ENCODING.to_owned()),
            ..CreateArgs::default()
        },
    }
}
