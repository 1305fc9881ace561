import { gruBackward, gruForward } from './gru';
import { lstmBackward, lstmForward } from './lstm';
import { Cell, Pass } from './Pass';
import { multiplyRows } from './products';
import { rnnBackward, rnnForward } from './rnn';
import { at, store } from './simd';

/** The number of rows of a group, from `first` to `last` − 1, that take part in a step; 0 past the last step. */
// @ts-ignore: decorator
@inline
function rowsIn(p: Pass, step: i32, first: i32, last: i32): i32 {
  return step < p.steps ? max(0, min(load<i32>(at(p.active, step)), last) - first) : 0;
}

/**
 * Runs all steps of a group of rows. The state after a step is written where the next step reads it, or, after the last
 * step, to the final states.
 */
export function forward(p: Pass, task: i32): void {
  const units = p.units;
  const width = p.gates * units;
  const bytes = <usize>units << 2;
  const first = task * p.group;
  const last = min(first + p.group, p.batch);
  const u = at(p.scratch, first * width);
  // The states are initialized inside the task, so that a repeated task starts from the same values.
  if (p.states != 0 && last > first) {
    const states = at(p.states, first * units);
    if (p.firstStates == 0) memory.fill(states, 0, <usize>(last - first) * bytes);
    else memory.copy(states, at(p.firstStates, first * units), <usize>(last - first) * bytes);
  }
  let rows = rowsIn(p, 0, first, last);
  for (let step = 0; rows > 0; step++) {
    const pair = load<i32>(at(p.offsets, step)) + first;
    const next = rowsIn(p, step + 1, first, last);
    const nextPair = next > 0 ? load<i32>(at(p.offsets, step + 1)) + first : 0;
    // u = h·W_hhᵀ + b_hh
    const product = step > 0 || p.fromState != 0;
    if (product) multiplyRows(at(p.before, pair * units), units, p.panels, u, width, rows, width, units, p.bias, false);
    for (let i = 0; i < rows; i++) {
      const a = at(p.projection, (p.place == 0 ? pair + i : load<i32>(at(p.place, pair + i))) * width);
      const ofRow = product ? at(u, i * width) : p.bias;
      const h = at(p.before, (pair + i) * units);
      const end = load<i32>(at(p.order, first + i)) * p.finalStep;
      const after = i < next ? at(p.before, (nextPair + i) * units) : at(p.final, end);
      const kept = p.kept == 0 ? 0 : at(p.kept, (pair + i) * p.keeps * units);
      if (p.cell == Cell.gru) gruForward(units, a, ofRow, h, after, kept);
      else if (p.cell == Cell.rnn) rnnForward(units, a, ofRow, after, kept);
      else {
        const c = at(p.states, (first + i) * units);
        lstmForward(units, a, ofRow, c, after, kept);
        if (i >= next && p.finalCell != 0) memory.copy(at(p.finalCell, end), c, bytes);
      }
      if (p.output != 0) memory.copy(at(p.output, load<i32>(at(p.index, pair + i)) * p.outputStep), after, bytes);
    }
    rows = next;
  }
}

/**
 * Propagates the gradients of the final states of a group back through the steps. At the end, `dStates` and `states`
 * are the gradients of the initial states.
 */
export function backward(p: Pass, task: i32): void {
  const units = p.units;
  const width = p.gates * units;
  const first = task * p.group;
  const last = min(first + p.group, p.batch);
  for (let place = first; place < last; place++) {
    const end = load<i32>(at(p.order, place)) * p.finalStep;
    memory.copy(at(p.dStates, place * units), at(p.final, end), <usize>units << 2);
    if (p.states != 0) {
      if (p.finalCell != 0) memory.copy(at(p.states, place * units), at(p.finalCell, end), <usize>units << 2);
      else memory.fill(at(p.states, place * units), 0, <usize>units << 2);
    }
  }
  for (let step = p.steps - 1; step >= 0; step--) {
    const rows = rowsIn(p, step, first, last);
    if (rows == 0) continue;
    const pair = load<i32>(at(p.offsets, step)) + first;
    for (let i = 0; i < rows; i++) {
      const dh = at(p.dStates, (first + i) * units);
      const kept = at(p.kept, (pair + i) * p.keeps * units);
      const da = at(p.da, (pair + i) * width);
      if (p.output != 0) {
        const dOutput = at(p.output, load<i32>(at(p.index, pair + i)) * p.outputStep);
        for (let j = 0; j < units; j += 4)
          store(at(dh, j), f32x4.add(v128.load(at(dh, j)), v128.load(at(dOutput, j))), units - j);
      }
      if (p.cell == Cell.gru)
        gruBackward(units, kept, at(p.before, (pair + i) * units), da, at(p.du, (pair + i) * width), dh);
      else if (p.cell == Cell.rnn) rnnBackward(units, kept, da, dh);
      else lstmBackward(units, kept, da, dh, at(p.states, (first + i) * units));
    }
    // dh += du·W_hh
    if (step > 0 || p.fromState != 0)
      multiplyRows(
        at(p.du, pair * width),
        width,
        p.panels,
        at(p.dStates, first * units),
        units,
        rows,
        units,
        width,
        0,
        true,
      );
  }
}
