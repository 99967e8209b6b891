import { suiteOf } from '../integration/suites';

suiteOf(__filename);
