import { suiteOf } from '../suites';

suiteOf(__filename);
