export { type Lab, type LabCarrier, writeLab } from './lab-files.ts';
export { type RunningLab, startLab } from './running-lab.ts';
export { type Party, SCENARIOS, type ScenarioResult, type Step } from './scenarios/index.ts';
