// The beacon without extras.
import "./tell";
