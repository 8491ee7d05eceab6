# The public portal, for those who ask.
why-portal-hidden-field = The hidden field of the portal's form was filled in, as machines do.
why-portal-too-fast = It came back faster than a person can fill in the portal's form.
why-portal-for-address = The portal took as many forms for this address as it takes by itself in a day.
why-portal-from-network = The portal took as many forms from this network as it takes by itself in an hour.
why-portal-in-all = The portal took as many forms as it takes by itself in an hour.
