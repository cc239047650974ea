export {
  addCallCentreRoutes,
  type CallCentre,
  type CallCentreOptions,
  type CallCentreParts,
} from './callcentre-routes.ts';
export {
  type Arrival,
  type Correlator,
  type CorrelatorOptions,
  type CorrelatorParts,
  createCorrelator,
} from './correlator.ts';
export { type BoardEvent, createEventBoard, type EventBoard } from './event-board.ts';
export { observeCallPath } from './observed-call-path.ts';
