/** Something cannot be done; the message tells the user why. */
class Refused extends Exception {
    Refused(String why) {
        super(why);
    }
}
