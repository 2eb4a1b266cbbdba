//! Where boxes and arrows go: layers from left to right by the longest path, each stack in a band of its own.
//!
//! Only geometry is here; what is in the boxes is in `drawing`.

use std::collections::BTreeMap;

/// The width of a box.
pub(super) const BOX_WIDTH: f64 = 194.0;
/// The height of the line in which the title of a stack stands.
pub(super) const TITLE_HEIGHT: f64 = 30.0;
/// The height of a label.
pub(super) const LABEL_HEIGHT: f64 = 18.0;

const MARGIN: f64 = 16.0;
const PADDING: f64 = 18.0;
/// What a nested stack is narrower than the one around it, on each side.
const INSET: f64 = 12.0;
const BOX_GAP: f64 = 18.0;
/// The height of the lane of an arrow that passes a layer.
const LANE: f64 = 8.0;
const LANE_GAP: f64 = 8.0;
const LAYER_GAP: f64 = 58.0;
const SWEEPS: usize = 12;
/// Most columns that resources without arrows are spread over.
const MAX_FREE_COLUMNS: usize = 6;

/// What is to be laid out.
#[derive(Debug)]
pub(super) struct Plan {
    /// Of each box: its stack, and its height.
    pub(super) boxes: Vec<(usize, f64)>,
    /// Of each stack, before those nested in it: the one around it.
    pub(super) stacks: Vec<Option<usize>>,
    /// The arrows, none from a box to itself.
    pub(super) arrows: Vec<PlannedArrow>,
}

/// An arrow to be laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedArrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The width of its label; 0 where it has none.
    pub(super) label: f64,
    /// Whether it shares its way with others to the same box.
    pub(super) shares: bool,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// Where everything is.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) boxes: Vec<Rect>,
    pub(super) stacks: Vec<Rect>,
    /// Of each arrow: the ends of its pieces. A curve leads from the first to the second, then a line and a curve in turns.
    pub(super) ways: Vec<Vec<(f64, f64)>>,
    /// Of each arrow: the place of its label, where it has one and there is room.
    pub(super) labels: Vec<Option<Rect>>,
}

/// Something in a layer: a box, or the lane of arrows that pass.
#[derive(Clone, Copy, Debug)]
struct Item {
    band: usize,
    layer: usize,
    height: f64,
    is_box: bool,
    y: f64,
}

/// The arrows as they run through the layers.
struct Net {
    items: Vec<Item>,
    /// The items of each layer, from top to bottom.
    layers: Vec<Vec<usize>>,
    /// The items of each arrow, from left to right.
    chains: Vec<Vec<usize>>,
    /// Neighbours to the left and to the right of each item.
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
}

pub(super) fn layout(plan: &Plan) -> Layout {
    let layer_of = layers(plan);
    let mut net = net(plan, &layer_of);
    order(&mut net);
    for band in 0..plan.stacks.len() {
        settle(&mut net, band);
    }
    let (stacks, height) = place_bands(plan, &mut net);
    let (columns, width) = columns(plan, &net);
    let boxes: Vec<Rect> = net.items[..plan.boxes.len()]
        .iter()
        .map(|item| Rect { x: columns[item.layer], y: item.y, width: BOX_WIDTH, height: item.height })
        .collect();
    let ways = ways(plan, &net, &columns);
    let stacks = stacks.into_iter().map(|(depth, y, height)| {
        let inset = MARGIN + INSET * depth;
        Rect { x: inset, y, width: width - 2.0 * inset, height }
    });
    let labels = labels(plan, &boxes, &ways);
    Layout { width, height, boxes, stacks: stacks.collect(), ways, labels }
}

/// The layer of each box.
fn layers(plan: &Plan) -> Vec<usize> {
    let count = plan.boxes.len();
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); count];
    for arrow in &plan.arrows {
        targets[arrow.from].push(arrow.to);
    }
    // Depth first over an explicit stack; an arrow back to where the search came from is taken the other way round.
    let mut state = vec![0_u8; count];
    let mut finished = Vec::with_capacity(count);
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); count];
    for start in 0..count {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut work = vec![(start, 0)];
        while let Some((at, next)) = work.last_mut() {
            let at = *at;
            let Some(&target) = targets[at].get(*next) else {
                state[at] = 2;
                finished.push(at);
                work.pop();
                continue;
            };
            *next += 1;
            if state[target] == 1 {
                forward[target].push(at);
            } else {
                forward[at].push(target);
                if state[target] == 0 {
                    state[target] = 1;
                    work.push((target, 0));
                }
            }
        }
    }
    finished.reverse();
    let mut layer = vec![0; count];
    for &at in &finished {
        for &target in &forward[at] {
            layer[target] = layer[target].max(layer[at] + 1);
        }
    }
    // What nothing refers to stands next to what it refers to.
    let mut is_referred = vec![false; count];
    forward.iter().flatten().for_each(|target| is_referred[*target] = true);
    for at in 0..count {
        if let Some(nearest) = forward[at].iter().map(|target| layer[*target]).min()
            && !is_referred[at]
        {
            layer[at] = nearest - 1;
        }
    }
    spread_free(plan, &forward, &is_referred, &mut layer);
    layer
}

/// Spreads the boxes without arrows over the layers, in each stack to where there is most room.
fn spread_free(plan: &Plan, forward: &[Vec<usize>], is_referred: &[bool], layer: &mut [usize]) {
    let is_free = |at: &usize| forward[*at].is_empty() && !is_referred[*at];
    for stack in 0..plan.stacks.len() {
        let own: Vec<usize> = (0..layer.len()).filter(|at| plan.boxes[*at].0 == stack).collect();
        let free: Vec<usize> = own.iter().copied().filter(is_free).collect();
        let deepest = layer.iter().enumerate().filter(|(at, _)| !is_free(at)).map(|(_, layer)| layer + 1).max();
        let columns = deepest.unwrap_or(0).max(((free.len() as f64).sqrt().ceil() as usize).min(MAX_FREE_COLUMNS)).max(1);
        let mut heights = vec![0.0; columns];
        own.iter().filter(|at| !is_free(at)).for_each(|at| heights[layer[*at]] += plan.boxes[*at].1 + BOX_GAP);
        for at in free {
            let column = (0..columns).min_by(|a, b| f64::total_cmp(&heights[*a], &heights[*b])).unwrap_or(0);
            layer[at] = column;
            heights[column] += plan.boxes[at].1 + BOX_GAP;
        }
    }
}

fn net(plan: &Plan, layer_of: &[usize]) -> Net {
    let boxes = plan.boxes.iter().zip(layer_of);
    let mut items: Vec<Item> =
        boxes.map(|(&(band, height), &layer)| Item { band, layer, height, is_box: true, y: 0.0 }).collect();
    let mut lanes: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
    let mut chains = Vec::with_capacity(plan.arrows.len());
    for (number, arrow) in plan.arrows.iter().enumerate() {
        let (mut from, mut to) = (arrow.from, arrow.to);
        if layer_of[from] > layer_of[to] {
            (from, to) = (to, from);
        }
        let mut chain = vec![from];
        for layer in layer_of[from] + 1..layer_of[to] {
            let owner = owner(plan, number);
            let lane = *lanes.entry((layer, to, owner)).or_insert_with(|| {
                items.push(Item { band: plan.boxes[to].0, layer, height: LANE, is_box: false, y: 0.0 });
                items.len() - 1
            });
            chain.push(lane);
        }
        chain.push(to);
        chains.push(chain);
    }
    let (mut left, mut right) = (vec![Vec::new(); items.len()], vec![Vec::new(); items.len()]);
    for pair in chains.iter().flat_map(|chain| chain.windows(2)) {
        right[pair[0]].push(pair[1]);
        left[pair[1]].push(pair[0]);
    }
    let mut layers = vec![Vec::new(); items.iter().map(|item| item.layer + 1).max().unwrap_or(0)];
    for (number, item) in items.iter().enumerate() {
        layers[item.layer].push(number);
    }
    for layer in &mut layers {
        layer.sort_by_key(|item| (items[*item].band, *item));
    }
    Net { items, layers, chains, left, right }
}

/// Orders each layer by the middle of its neighbours, to and fro, and keeps the order with the fewest crossings.
fn order(net: &mut Net) {
    let mut best = (crossings(net), net.layers.clone());
    for sweep in 0..SWEEPS {
        let is_forward = sweep % 2 == 0;
        let count = net.layers.len();
        for step in 0..count {
            let layer = if is_forward { step } else { count - 1 - step };
            let neighbours = if is_forward { &net.left } else { &net.right };
            let place = places(net);
            let middle = |item: usize| {
                let around = &neighbours[item];
                if around.is_empty() {
                    place[item]
                } else {
                    around.iter().map(|other| place[*other]).sum::<f64>() / around.len() as f64
                }
            };
            let mut keyed: Vec<(usize, f64, usize)> =
                net.layers[layer].iter().map(|item| (net.items[*item].band, middle(*item), *item)).collect();
            keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            net.layers[layer] = keyed.into_iter().map(|(_, _, item)| item).collect();
        }
        let found = crossings(net);
        if found < best.0 {
            best = (found, net.layers.clone());
        }
    }
    net.layers = best.1;
}

/// How far down each item is in its layer, from 0 to 1.
fn places(net: &Net) -> Vec<f64> {
    let mut place = vec![0.0; net.items.len()];
    for layer in &net.layers {
        for (at, item) in layer.iter().enumerate() {
            place[*item] = (at as f64 + 0.5) / layer.len() as f64;
        }
    }
    place
}

/// How often arrows cross between neighbouring layers.
fn crossings(net: &Net) -> u64 {
    let mut rank = vec![0; net.items.len()];
    for layer in &net.layers {
        layer.iter().enumerate().for_each(|(at, item)| rank[*item] = at);
    }
    let mut count = 0;
    for (number, layer) in net.layers.iter().enumerate() {
        let mut ends: Vec<(usize, usize)> =
            layer.iter().flat_map(|item| net.right[*item].iter().map(|to| (rank[*item], rank[*to]))).collect();
        ends.sort_unstable();
        // A Fenwick tree over the next layer holds the ends seen so far.
        let size = net.layers.get(number + 1).map_or(0, Vec::len);
        let mut tree = vec![0_u64; size + 1];
        for (seen, (_, end)) in ends.into_iter().enumerate() {
            let (mut at, mut below) = (end + 1, 0);
            while at > 0 {
                below += tree[at];
                at &= at - 1;
            }
            count += seen as u64 - below;
            at = end + 1;
            while at <= size {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    count
}

fn gap(above: &Item, below: &Item) -> f64 {
    if above.is_box && below.is_box { BOX_GAP } else { LANE_GAP }
}

/// Gives the items of a band their heights, each as near as there is room to the middle of its neighbours in the band.
fn settle(net: &mut Net, band: usize) {
    let layers: Vec<Vec<usize>> =
        net.layers.iter().map(|layer| layer.iter().copied().filter(|item| net.items[*item].band == band).collect()).collect();
    // A little more than the tallest layer needs: room to draw arrows straight, and no more.
    let tallest = layers.iter().map(|layer| tops(net, layer).last().copied().unwrap_or(0.0)).fold(0.0, f64::max);
    let room = tallest * 1.1 + BOX_GAP;
    for layer in &layers {
        pack(net, layer, &vec![0.0; layer.len()], room);
    }
    for pass in 0..SWEEPS {
        for step in 0..layers.len() {
            let at = if pass % 2 == 0 { step } else { layers.len() - 1 - step };
            let wanted: Vec<f64> = layers[at]
                .iter()
                .map(|item| {
                    let sides = [&net.left[*item], &net.right[*item]];
                    // The last passes look to both sides.
                    let around = if pass + 2 < SWEEPS { &sides[pass % 2..=pass % 2] } else { &sides[..] };
                    let near: Vec<f64> = around
                        .iter()
                        .flat_map(|side| side.iter())
                        .map(|other| &net.items[*other])
                        .filter(|other| other.band == band)
                        .map(|other| other.y + other.height / 2.0)
                        .collect();
                    let own = &net.items[*item];
                    if near.is_empty() { own.y } else { near.iter().sum::<f64>() / near.len() as f64 - own.height / 2.0 }
                })
                .collect();
            pack(net, &layers[at], &wanted, room);
        }
    }
}

/// The tops of a layer's items, each as high as it can be, and the bottom of the last.
fn tops(net: &Net, layer: &[usize]) -> Vec<f64> {
    let mut tops = vec![0.0];
    for (at, item) in layer.iter().enumerate() {
        let item = &net.items[*item];
        let after = layer.get(at + 1).map_or(0.0, |after| gap(item, &net.items[*after]));
        tops.push(tops[at] + item.height + after);
    }
    tops
}

/// Places a layer's items near where they are wanted, in order and with gaps: midway between pushing all down and all up, within
/// a room around 0.
fn pack(net: &mut Net, layer: &[usize], wanted: &[f64], room: f64) {
    let mut down = Vec::with_capacity(layer.len());
    for (at, item) in layer.iter().enumerate() {
        let free = layer[..at]
            .last()
            .map_or(f64::MIN, |before| down[at - 1] + net.items[*before].height + gap(&net.items[*before], &net.items[*item]));
        down.push(f64::max(wanted[at], free));
    }
    let mut up = down.clone();
    for at in (0..layer.len()).rev() {
        let height = net.items[layer[at]].height;
        let free =
            layer.get(at + 1).map_or(f64::MAX, |after| up[at + 1] - height - gap(&net.items[layer[at]], &net.items[*after]));
        up[at] = f64::min(wanted[at], free);
    }
    let tops = tops(net, layer);
    let total = tops.last().copied().unwrap_or(0.0);
    for (at, item) in layer.iter().enumerate() {
        let (least, most) = (tops[at] - room / 2.0, tops[at] - total + room / 2.0);
        net.items[*item].y = f64::midpoint(down[at], up[at]).min(most).max(least);
    }
}

/// Puts the bands below each other, a nested one inside the one around it. Of each stack: its depth, top and height.
fn place_bands(plan: &Plan, net: &mut Net) -> (Vec<(f64, f64, f64)>, f64) {
    let mut stacks: Vec<(f64, f64, f64)> = Vec::with_capacity(plan.stacks.len());
    let mut open: Vec<usize> = Vec::new();
    let mut y = MARGIN;
    let close = |stacks: &mut Vec<(f64, f64, f64)>, open: &mut Vec<usize>, y: &mut f64, until: Option<usize>| {
        while open.last().copied() != until
            && let Some(stack) = open.pop()
        {
            stacks[stack].2 = *y - stacks[stack].1;
            *y += PADDING;
        }
    };
    for (stack, around) in plan.stacks.iter().enumerate() {
        close(&mut stacks, &mut open, &mut y, *around);
        stacks.push((open.len() as f64, y, 0.0));
        open.push(stack);
        y += TITLE_HEIGHT;
        let own: Vec<usize> = (0..net.items.len()).filter(|item| net.items[*item].band == stack).collect();
        let top = own.iter().map(|item| net.items[*item].y).fold(f64::MAX, f64::min);
        let mut bottom = y;
        for item in own {
            let item = &mut net.items[item];
            item.y += y + 6.0 - top;
            bottom = bottom.max(item.y + item.height);
        }
        y = bottom + PADDING;
    }
    close(&mut stacks, &mut open, &mut y, None);
    (stacks, y - PADDING + MARGIN)
}

/// The left edge of each layer, and the width of all.
fn columns(plan: &Plan, net: &Net) -> (Vec<f64>, f64) {
    let mut gaps = vec![LAYER_GAP; net.layers.len()];
    for (arrow, chain) in plan.arrows.iter().zip(&net.chains) {
        let layer = net.items[chain[0]].layer;
        gaps[layer] = gaps[layer].max(arrow.label + 40.0);
    }
    let depth = (0..plan.stacks.len()).map(|stack| ancestors(plan, stack)).max().unwrap_or(0);
    let side = MARGIN + INSET * depth as f64 + PADDING;
    let (mut x, mut columns) = (side, Vec::with_capacity(gaps.len()));
    for (layer, gap) in gaps.iter().enumerate() {
        columns.push(x);
        x += BOX_WIDTH + if layer + 1 < gaps.len() { *gap } else { 0.0 };
    }
    // The title of a stack needs room too.
    (columns, (x + side).max(420.0))
}

fn ancestors(plan: &Plan, stack: usize) -> usize {
    std::iter::successors(plan.stacks[stack], |around| plan.stacks[*around]).count()
}

/// The ways of the arrows, from where they begin to where they point.
fn ways(plan: &Plan, net: &Net, columns: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let right = ports(plan, net, |pair| (pair[0], pair[1]));
    let left = ports(plan, net, |pair| (pair[1], pair[0]));
    let way = |(number, (arrow, chain)): (usize, (&PlannedArrow, &Vec<usize>))| {
        let owner = owner(plan, number);
        let mut points = Vec::with_capacity(chain.len() * 2);
        for pair in chain.windows(2) {
            let (a, b) = (&net.items[pair[0]], &net.items[pair[1]]);
            points.push((columns[a.layer] + BOX_WIDTH, right[&(pair[0], pair[1], owner)]));
            points.push((columns[b.layer], left[&(pair[1], pair[0], owner)]));
        }
        if chain[0] != arrow.from {
            points.reverse();
        }
        points
    };
    plan.arrows.iter().zip(&net.chains).enumerate().map(way).collect()
}

/// The arrows that share their way have one owner, the others one each.
fn owner(plan: &Plan, arrow: usize) -> usize {
    if plan.arrows[arrow].shares { 0 } else { arrow + 1 }
}

/// The height at which the way from an item to a neighbour leaves it, for each owner: spread over the side of a box, in the order
/// of the neighbours. `ends` tells which of two items is left, and for which.
fn ports(plan: &Plan, net: &Net, ends: impl Fn(&[usize]) -> (usize, usize)) -> BTreeMap<(usize, usize, usize), f64> {
    let mut neighbours: Vec<Vec<(usize, usize)>> = vec![Vec::new(); net.items.len()];
    for (number, chain) in net.chains.iter().enumerate() {
        for (item, other) in chain.windows(2).map(&ends) {
            neighbours[item].push((other, owner(plan, number)));
        }
    }
    let mut ports = BTreeMap::new();
    for (number, (item, mut others)) in net.items.iter().zip(neighbours).enumerate() {
        others.sort_by(|a, b| f64::total_cmp(&net.items[a.0].y, &net.items[b.0].y).then(a.cmp(b)));
        others.dedup();
        let middle = item.y + item.height / 2.0;
        let step = if item.is_box { f64::min(9.0, (item.height - 14.0) / others.len().max(1) as f64) } else { 0.0 };
        let half = (others.len() as f64 - 1.0) / 2.0;
        for (at, (other, owner)) in others.into_iter().enumerate() {
            ports.insert((number, other, owner), middle + (at as f64 - half) * step);
        }
    }
    ports
}

/// A point of the curve between two points, which leaves and arrives level.
fn along((x0, y0): (f64, f64), (x1, y1): (f64, f64), t: f64) -> (f64, f64) {
    let s = 1.0 - t;
    let middle = f64::midpoint(x0, x1);
    let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let mix = |values: [f64; 4]| weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
    (mix([x0, middle, middle, x1]), mix([y0, y0, y1, y1]))
}

/// The places of labels: on their arrow where nothing else is, or close to it.
fn labels(plan: &Plan, boxes: &[Rect], ways: &[Vec<(f64, f64)>]) -> Vec<Option<Rect>> {
    let mut taken: Vec<Rect> = boxes.to_vec();
    let mut labels = Vec::with_capacity(ways.len());
    for (arrow, way) in plan.arrows.iter().zip(ways) {
        if arrow.label == 0.0 {
            labels.push(None);
            continue;
        }
        let pieces = || way.chunks_exact(2).map(|piece| (piece[0], piece[1]));
        let spots = [0.0, 11.0, -11.0, 22.0, -22.0].into_iter().flat_map(|shift| {
            pieces().flat_map(move |(start, end)| {
                [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map(move |t| (along(start, end, t), shift))
            })
        });
        let free = spots
            .map(|((x, y), shift)| Rect {
                x: x - arrow.label / 2.0,
                y: y + shift - LABEL_HEIGHT / 2.0,
                width: arrow.label,
                height: LABEL_HEIGHT,
            })
            .find(|spot| taken.iter().all(|other| !spot.overlaps(other)));
        taken.extend(free);
        labels.push(free);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(boxes: usize, arrows: &[(usize, usize)]) -> Plan {
        let arrow = |&(from, to): &(usize, usize)| PlannedArrow { from, to, label: 90.0, shares: false };
        Plan { boxes: vec![(0, 44.0); boxes], stacks: vec![None], arrows: arrows.iter().map(arrow).collect() }
    }

    fn assert_nothing_overlaps(layout: &Layout) {
        let all: Vec<&Rect> = layout.boxes.iter().chain(layout.labels.iter().flatten()).collect();
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| !one.overlaps(other)), "{layout:#?}");
        }
    }

    #[test]
    fn what_is_referred_to_stands_to_the_right() {
        let layout = layout(&plan(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]));
        assert!(layout.boxes[0].x < layout.boxes[1].x && layout.boxes[1].x < layout.boxes[2].x);
        assert_eq!(layout.boxes[3].x, layout.boxes[1].x, "next to what it refers to");
        assert_nothing_overlaps(&layout);
    }

    #[test]
    fn a_circle_is_drawn_too() {
        let layout = layout(&plan(3, &[(0, 1), (1, 2), (2, 0)]));
        assert_nothing_overlaps(&layout);
        assert!(layout.ways.iter().all(|way| way.len() >= 2));
    }

    #[test]
    fn many_boxes_do_not_overlap() {
        let arrows: Vec<(usize, usize)> = (0..300).flat_map(|at| [(at, at / 2), (at, at / 3)]).filter(|(a, b)| a != b).collect();
        assert_nothing_overlaps(&layout(&plan(300, &arrows)));
        assert_nothing_overlaps(&layout(&plan(300, &[])));
    }

    #[test]
    fn nested_stacks_lie_within_the_one_around_them_and_beside_each_other() {
        let boxes = vec![(0, 44.0), (1, 44.0), (2, 44.0), (3, 44.0)];
        let arrow = PlannedArrow { from: 1, to: 0, label: 0.0, shares: true };
        let plan = Plan { boxes, stacks: vec![None, Some(0), Some(1), Some(0)], arrows: vec![arrow] };
        let Layout { stacks, boxes, .. } = layout(&plan);
        let within =
            |a: &Rect, b: &Rect| a.x > b.x && a.y > b.y && a.x + a.width < b.x + b.width && a.y + a.height < b.y + b.height;
        assert!(within(&stacks[1], &stacks[0]) && within(&stacks[2], &stacks[1]) && within(&stacks[3], &stacks[0]), "{stacks:?}");
        assert!(!stacks[3].overlaps(&stacks[1]), "{stacks:?}");
        for (stack, found) in stacks.iter().zip(&boxes) {
            assert!(within(found, stack), "{found:?} in {stack:?}");
        }
    }
}
