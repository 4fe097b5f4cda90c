// Nobody is signed in here: what this phone kept for whoever was is forgotten; what they had not sent stays sealed.
import { forget } from "./outbox.js";

forget().catch(() => {});
